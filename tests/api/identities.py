"""Who sends the requests: for each operation somebody of its own, and somebody else after a few cases.

Closing an account, ending a session and changing a role end the identity they are sent with; nobody else is to notice.
Ids in the path are the sender's own things now and then, so that more is reached than "there is no such thing".
"""

import os
import random
import uuid

import requests
import schemathesis

BASE = os.environ["HYD_FUZZ_BASE"]
ROLE = os.environ["HYD_FUZZ_ROLE"]
ADMIN = os.environ["HYD_FUZZ_ADMIN"]
PASSWORD = "a long and private phrase"
# Cases that one identity sends.
CASES = 40
# How often an id of the path is one that is there.
REAL = 0.6

dice = random.Random(int(os.environ.get("HYD_FUZZ_SEED", "1")))
session = requests.Session()
senders = {}
others = []


def ask(method, path, body=None, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = session.request(method, BASE + path, json=body, headers=headers, timeout=20)
    answer.raise_for_status()
    return answer.json()["data"] if answer.content else None


def sign_in(email):
    return ask("POST", "/api/auth/login", {"email": email, "password": PASSWORD})["accessToken"]


class Sender:
    """A person with a home of their own, in the role of this run."""

    admin = None

    def __init__(self):
        name = "f" + uuid.uuid4().hex[:20]
        email = f"{name}@example.com"
        body = {"username": name, "email": email, "password": PASSWORD, "firstName": "Fuzz", "lastName": "Person"}
        joined = ask("POST", "/api/auth/register", body)
        self.user, self.token, self.cases = joined["user"]["id"], joined["accessToken"], 0
        if ROLE != "USER":
            if Sender.admin is None:
                Sender.admin = sign_in(ADMIN)
            ask("PATCH", f"/api/users/{self.user}/role", {"role": ROLE}, Sender.admin)
            self.token = sign_in(email)
        self.home = None

    def own(self, path, name):
        """Something of theirs that the parameter `name` of `path` can name."""
        if name == "userId" or path.startswith("/api/users/"):
            return self.user
        if name == "group":
            return dice.choice(["properties-service-group", "history-service-group", "search-service-group"])
        if name == "type":
            return "user"
        if name == "activityType":
            return "PROPERTY_CREATED"
        if path.startswith("/api/v1/admin/streams/"):
            return self.user
        if path.endswith(("/leads", "/report")):
            return other_home()
        if "/properties/" in path or path.startswith("/api/files/property/"):
            return self.own_home()
        return None

    def own_home(self):
        if self.home is None:
            body = {"title": "A home to be fuzzed", "location": "Kondapur", "price": 5000000,
                    "propertyType": "APARTMENT"}
            self.home = ask("POST", "/api/properties", body, self.token)["id"]
        return self.home


def other_home():
    """Nobody asks about, or reports, what is their own."""
    if not others:
        others.append(Sender().own_home())
    return others[0]


@schemathesis.auth()
class Identity:
    def get(self, case, context):
        sender = senders.get(case.operation.label)
        if sender is None or sender.cases >= CASES:
            sender = senders[case.operation.label] = Sender()
        sender.cases += 1
        return sender

    def set(self, case, sender, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {sender.token}"
        for name, value in dict(case.path_parameters or {}).items():
            if dice.random() < REAL:
                own = sender.own(case.operation.path, name)
                case.path_parameters[name] = own if own is not None else value


@schemathesis.hook
def after_call(context, case, response):
    # Signed out, gone, or in another role: the next case comes from somebody else.
    if response.status_code == 401:
        senders.pop(case.operation.label, None)
