"""The two programs of QuantConnect's "Update Project" page, written again from their description with the standard library.

Usage: update_project_examples.py BASE_URL USER_ID API_TOKEN create-and-update
       update_project_examples.py BASE_URL USER_ID API_TOKEN delete-directory KEY

They behave as published, faults included: the base URL ends in a slash and paths begin with one, authenticate and
projects/read are posted without a body, example 1 reads with `id`, example 2 compares with `zip`.
"""

import json
import sys
from base64 import b64encode
from hashlib import sha256
from http.client import HTTPConnection
from time import time
from urllib.parse import urlsplit

BASE_URL, USER_ID, API_TOKEN = sys.argv[1:4]


def get_headers():
    timestamp = f'{int(time())}'
    time_stamped_token = f'{API_TOKEN}:{timestamp}'.encode('utf-8')
    hashed_token = sha256(time_stamped_token).hexdigest()
    authentication = b64encode(f'{USER_ID}:{hashed_token}'.encode('utf-8')).decode('ascii')
    return {'Authorization': f'Basic {authentication}', 'Timestamp': timestamp}


def post(url, payload=None):
    """POSTs JSON, or no body and no content type at all; raises for an HTTP error, as raise_for_status does."""
    parts = urlsplit(url)
    headers = get_headers()
    body = None
    if payload is not None:
        body = json.dumps(payload)
        headers['Content-Type'] = 'application/json'
    connection = HTTPConnection(parts.netloc)
    connection.request('POST', parts.path, body, headers)
    response = connection.getresponse()
    text = response.read()
    connection.close()
    if response.status >= 400:
        raise RuntimeError(f'HTTP {response.status}')
    return json.loads(text)


def create_and_update():
    assert post(f'{BASE_URL}/authenticate')['success']
    name = f'Project_{int(time())}'
    result = post(f'{BASE_URL}/projects/create', {'name': name, 'language': 'Py'})
    project_id = result['projects'][0]['projectId']
    print(f'created {project_id}')
    update = {'projectId': project_id, 'name': f'Project_{project_id}', 'description': 'The new project name is awesome!'}
    print(f"updated {post(f'{BASE_URL}/projects/update', update)['success']}")
    # `id` is no field of projects/read, so this is the first of all projects.
    result = post(f'{BASE_URL}/projects/read', {'id': project_id})
    print(f"read {result['projects'][0]['projectId']} of {len(result['projects'])}")


def projects_in(key):
    parts = [part for part in key.split('/') if part]
    if not parts:
        print('The key must name a directory')
        return None
    projects = post(f'{BASE_URL}/projects/read')['projects']
    # `zip` stops at the shorter of the two, so a parent of the directory matches as well.
    return [p for p in projects if all(a == b for a, b in zip(parts, p['name'].split('/')))]


def delete_directory(key):
    assert post(f'{BASE_URL}/authenticate')['success']
    for project in projects_in(key):
        post(f'{BASE_URL}/projects/delete', {'projectId': project['projectId']})
        print(f"deleted {project['name']}")


if sys.argv[4] == 'create-and-update':
    create_and_update()
else:
    delete_directory(sys.argv[5])
