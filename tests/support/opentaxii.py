"""OpenTAXII, the TAXII server of others that tests poll and benchmarks run beside ours: how it is installed, filled and started."""
import os
import subprocess

REQUIREMENTS = ("opentaxii==0.9.3", "gunicorn==23.0.0", "sqlalchemy<2.1")

# What is put in at once shares a moment.
FILL = """
import json, sys
from opentaxii.cli import app
at_once, account, password = int(sys.argv[1]), *sys.argv[2:4]
objects = [json.loads(line) for line in sys.stdin]
with app.app_context():
    api = app.taxii_server.servers.taxii2.persistence.api
    root = api.add_api_root("Root of others", default=True, is_public=True)
    collection = api.add_collection(root.id, "Indicators of others", alias="indicators", is_public=True)
    for first in range(0, len(objects), at_once):
        api.add_objects(str(root.id), str(collection.id), objects[first:first + at_once])
    app.taxii_server.auth.api.create_account(account, password, is_admin=True)
    print(f"/taxii2/{root.id}/collections/{collection.id}/")
"""


def fill(python, folder, lines, at_once, page_size, page_size_max, account="any", password="any"):
    """The environment that it is started with, and the path of its one collection. `lines`: an object of STIX each."""
    config = folder / "opentaxii.yml"
    config.write_text(f"""domain: localhost
auth_api:
  class: opentaxii.auth.sqldb.SQLDatabaseAPI
  parameters: {{db_connection: "sqlite:///{folder}/opentaxii-auth.db", create_tables: yes, secret: generated-for-a-test}}
taxii1:
taxii2:
  persistence_api:
    class: opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI
    parameters: {{db_connection: "sqlite:///{folder}/opentaxii.db", create_tables: yes}}
  title: Others
  public_discovery: yes
  max_content_length: 10000000
  default_pagination_limit: {page_size}
  max_pagination_limit: {page_size_max}
logging: {{opentaxii: error, root: error}}
""")
    environment = {"OPENTAXII_CONFIG": str(config)}
    filled = subprocess.run([python, "-c", FILL, str(at_once), account, password], input="\n".join(lines), capture_output=True, text=True,
                            env={**os.environ, **environment})
    if filled.returncode != 0:
        raise RuntimeError(filled.stderr[-2000:])
    return environment, filled.stdout.split()[-1]


def command(python, port, workers):
    return [python, "-m", "gunicorn", "opentaxii.http:app", "--workers", str(workers), "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
