"""What alembic runs: the migrations, in the transaction of the connection that it is handed.

No package: only alembic loads these files.  A change of a table is a new file in `versions`.
"""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
