// Behaves towards a service as the public CDS Hooks Sandbox does (cds-hooks/sandbox at 3b7e255):
// the order of its calls, its headers, its requests member by member, what it does with an answer.
// The drugs are four of its own list (src/assets/medication-list.js).

const DRUGS = {
  904396: "Alendronic acid 35 MG Oral Tablet",
  904405: "Alendronic acid 40 MG Oral Tablet",
  904425: "Alendronic acid 5 MG Oral Tablet",
  243670: "Aspirin 81 MG Oral Tablet",
};
const SCREENS = {
  "patient-view": ["Patient View", "patient-view"],
  "rx-view": ["Rx View", "order-select"],
  "rx-sign": ["Rx Sign", "order-sign"],
};
const URGENCY = ["info", "warning", "critical"];
const USER = "Practitioner/COREPRACTITIONER1";
const OLD_JSON = { Accept: "application/json+fhir" };
const asked = new URLSearchParams(location.search);
const server = asked.get("fhirServiceUrl");
const patient = asked.get("patientId");
const [title, hook] = SCREENS[asked.get("screen")];
const services = {};
const said = {};
const key = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, false, ["sign"]);
let version = "";
let drug = null;
let conditions = [];

const element = (id) => document.getElementById(id);

const encoded = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** A client token as the sandbox signs one, with a key of this page. */
async function token(audience) {
  const now = Math.round(Date.now() / 1000);
  const claims = { iss: "https://sandbox.cds-hooks.org", aud: audience, exp: now + 300, iat: now };
  const parts = [{ alg: "ES384", typ: "JWT" }, { ...claims, jti: crypto.randomUUID() }];
  const bytes = (value) => new TextEncoder().encode(value);
  const signed = parts.map((part) => encoded(bytes(JSON.stringify(part)))).join(".");
  const how = { name: "ECDSA", hash: "SHA-384" };
  const signature = await crypto.subtle.sign(how, key.privateKey, bytes(signed));
  return `Bearer ${signed}.${encoded(new Uint8Array(signature))}`;
}

async function got(url, options) {
  const answer = await fetch(url, options);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}

async function discover(url) {
  const headers = { Accept: "application/json", Authorization: await token(url) };
  const found = await got(url, { headers });
  for (const service of found.services) services[`${url}/${service.id}`] = service;
}

/** POST to _search first, then GET; what fails is left out. */
async function prefetched(template) {
  const query = template.replaceAll("{{context.patientId}}", patient).replaceAll("{{context.userId}}", USER);
  const [path, search] = query.split("?");
  if (!search) return got(`${server}/${path}`, { headers: OLD_JSON });
  const body = new URLSearchParams(search);
  try {
    return await got(`${server}/${path}/_search`, { method: "POST", headers: OLD_JSON, body });
  } catch {
    return got(`${server}/${path}?${body}`, { headers: OLD_JSON });
  }
}

async function prefetch(templates) {
  const found = {};
  const each = Object.entries(templates ?? {}).map(async ([name, template]) => {
    found[name] = await prefetched(template);
  });
  await Promise.allSettled(each);
  return found;
}

/** The draft as `createFhirResource` makes it for the release the server says it speaks. */
function draft() {
  const isLater = version >= "3.0.1";
  const today = new Date().toISOString().slice(0, 10);
  const order = {
    resourceType: isLater ? "MedicationRequest" : "MedicationOrder",
    id: isLater ? "request-123" : "order-123",
    status: "draft",
    [isLater ? "subject" : "patient"]: { reference: `Patient/${patient}` },
    [isLater ? "authoredOn" : "dateWritten"]: today,
  };
  const reason = conditions[element("condition").selectedIndex - 1];
  const treating = reason ? { [isLater ? "reasonCode" : "reasonCodeableConcept"]: reason } : {};
  return { ...order, ...(drug ? prescription(isLater) : {}), ...treating };
}

function prescription(isLater) {
  const ucum = "http://unitsofmeasure.org";
  const community = "http://terminology.hl7.org/CodeSystem/medicationrequest-category";
  const repeat = { frequency: 1, period: 1, [isLater ? "periodUnit" : "periodUnits"]: "d" };
  const doseQuantity = { value: 1, system: ucum, code: "{pill}" };
  const dose = version >= "4.0.0" ? { doseAndRate: [{ doseQuantity }] } : { doseQuantity };
  const rxnorm = "http://www.nlm.nih.gov/research/umls/rxnorm";
  return {
    dosageInstruction: [{ timing: { repeat }, ...dose }],
    dispenseRequest: { expectedSupplyDuration: { value: 30, unit: "days", system: ucum, code: "d" } },
    intent: "order",
    category: { coding: [{ system: community, code: "community" }] },
    medicationCodeableConcept: {
      text: drug.name,
      coding: [{ display: drug.name, system: rxnorm, code: drug.id }],
    },
  };
}

function context() {
  const basic = { patientId: patient, userId: USER };
  if (hook === "patient-view") return basic;
  const order = draft();
  const draftOrders = { resourceType: "Bundle", entry: [{ resource: order }] };
  const selections = [`${order.resourceType}/${order.id}`];
  return { ...basic, ...(hook === "order-select" ? { selections } : {}), draftOrders };
}

async function call(url, service) {
  const body = { hookInstance: crypto.randomUUID(), hook, fhirServer: server, context: context() };
  const found = await prefetch(service.prefetch);
  if (Object.keys(found).length) body.prefetch = found;
  said[url] = await posted(url, body).catch(() => null);
}

async function posted(url, body) {
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  headers.Authorization = await token(url);
  return got(url, { method: "POST", headers, body: JSON.stringify(body) });
}

async function trigger() {
  element("cards").removeAttribute("data-round");
  const mine = Object.entries(services).filter(([, service]) => service.hook === hook);
  await Promise.all(mine.map(([url, service]) => call(url, service)));
  showCards(mine.map(([url]) => url));
}

function showCards(urls) {
  const failed = urls.length === 0 || urls.some((url) => !said[url]);
  const cards = urls.flatMap((url) => (said[url]?.cards ?? []).map((card) => ({ ...card, url })));
  cards.sort((a, b) => URGENCY.indexOf(b.indicator) - URGENCY.indexOf(a.indicator));
  element("failure").textContent = failed ? "Could not get a response from the CDS Service." : "";
  element("cards").replaceChildren(...(cards.length ? cards.map(drawn) : [made("p", "All clear!", "clear")]));
  element("cards").dataset.round = "done";
}

function made(tag, words, className = "") {
  const node = document.createElement(tag);
  node.textContent = words;
  node.className = className;
  return node;
}

function button(label, className, press) {
  const node = made("button", label, className);
  node.type = "button";
  node.addEventListener("click", press);
  return node;
}

function drawn(card) {
  const node = made("article", "", `card ${card.indicator}`);
  const detail = made("pre", card.detail ?? "", "detail");
  node.append(made("h2", card.summary, "summary"), made("p", card.source.label, "source"), detail);
  for (const suggestion of card.suggestions ?? []) {
    node.append(button(suggestion.label, "suggestion", () => take(suggestion, card)));
  }
  if (card.uuid) {
    node.append(button("Dismiss", "dismiss", () => dismiss(node, card)));
    for (const reason of card.overrideReasons ?? []) {
      node.append(button(`Override: ${reason.display}`, "override", () => dismiss(node, card, reason)));
    }
  }
  return node;
}

/** Feedback first; then the first create or update that names a drug, or a delete, and no more. */
function take(suggestion, card) {
  if (suggestion.uuid && card.uuid) {
    const acceptedSuggestions = [{ id: suggestion.uuid }];
    report(card, { outcome: "accepted", acceptedSuggestions });
  }
  for (const { type, resource } of suggestion.actions ?? []) {
    const named = resource?.medicationCodeableConcept;
    if (type === "delete") return choose(null);
    if (named?.text && named.coding?.[0]?.code) {
      return choose({ id: named.coding[0].code, name: named.text });
    }
  }
  return undefined;
}

function dismiss(node, card, reason) {
  const { code, system } = reason ?? {};
  report(card, { outcome: "overridden", ...(code ? { overrideReason: { reason: { code, system } } } : {}) });
  node.remove();
}

/** One item a call, and the answer is not looked at. */
async function report(card, outcome) {
  const url = `${card.url}/feedback`;
  const item = { card: card.uuid, ...outcome, outcomeTimestamp: new Date().toISOString() };
  const headers = { "Content-Type": "application/json", Authorization: await token(url) };
  const sent = await fetch(url, { method: "POST", headers, body: JSON.stringify({ feedback: [item] }) });
  document.body.dataset.reported = sent.status;
}

function choose(chosen) {
  drug = chosen;
  element("draft").textContent = drug?.name ?? "";
  element("medication").value = drug?.name ?? "";
  element("choices").replaceChildren();
  if (hook === "order-select") trigger();
}

function suggestDrugs() {
  const typed = element("medication").value.toLowerCase();
  const fits = Object.entries(DRUGS).filter(([, name]) => name.toLowerCase().includes(typed));
  element("choices").replaceChildren(
    ...fits.map(([id, name]) => {
      const item = document.createElement("li");
      item.append(button(name, "choice", () => choose({ id, name })));
      return item;
    }),
  );
}

async function start() {
  version = (await got(`${server}/metadata`, { headers: { Accept: "application/json" } })).fhirVersion;
  await fetch(`${server}/Patient`, { headers: { Accept: "application/json" } });
  const read = await got(`${server}/Patient/${patient}`, { headers: OLD_JSON });
  const found = await got(`${server}/Condition?patient=${patient}`, { headers: OLD_JSON }).catch(() => ({}));
  conditions = (found.entry ?? []).map((entry) => entry.resource.code);
  await Promise.all(asked.get("serviceDiscoveryURL").split(",").map(discover));
  element("screen").textContent = title;
  element("patient").textContent = `Patient ${read.id}`;
  element("order").hidden = hook === "patient-view";
  element("treating").hidden = hook !== "order-select";
  element("condition").append(...conditions.map((code) => made("option", code.text)));
  element("condition").addEventListener("change", trigger);
  element("sign").hidden = hook !== "order-sign";
  element("medication").addEventListener("input", suggestDrugs);
  element("sign").addEventListener("click", trigger);
  document.body.dataset.ready = "";
  if (hook !== "order-sign") await trigger();
}

start().catch((error) => {
  element("failure").textContent = error.message;
});
