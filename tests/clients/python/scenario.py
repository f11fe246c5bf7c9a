"""What a person does in an hour, through a client generated from the API document. Arguments: the server's address."""

import sys
import uuid

from hyderabad_infra_client import AuthenticatedClient, Client
from hyderabad_infra_client.api.history import get_user_history_by_user_id
from hyderabad_infra_client.api.properties import (
    delete_properties_by_id,
    post_properties,
    post_properties_by_id_favorite,
)
from hyderabad_infra_client.api.search import post_search_properties
from hyderabad_infra_client.api.users import post_auth_login, post_auth_register
from hyderabad_infra_client.models.credentials import Credentials
from hyderabad_infra_client.models.envelope_authenticated import EnvelopeAuthenticated
from hyderabad_infra_client.models.envelope_listing import EnvelopeListing
from hyderabad_infra_client.models.envelope_welcome import EnvelopeWelcome
from hyderabad_infra_client.models.failure import Failure
from hyderabad_infra_client.models.new_listing import NewListing
from hyderabad_infra_client.models.new_listing_property_type import NewListingPropertyType
from hyderabad_infra_client.models.registration import Registration
from hyderabad_infra_client.models.search import Search

PASSWORD = "a long and private phrase"


def account(client: Client, name: str) -> AuthenticatedClient:
    """Registers, signs in again, and returns a client that does so as that person."""
    body = Registration(
        email=f"{name}@example.com", first_name="Py", last_name="Thon", password=PASSWORD, username=name
    )
    joined = post_auth_register.sync(client=client, body=body)
    assert isinstance(joined, EnvelopeAuthenticated), joined
    signed_in = post_auth_login.sync(client=client, body=Credentials(password=PASSWORD, email_or_username=name))
    assert isinstance(signed_in, EnvelopeWelcome), signed_in
    token = signed_in.data.access_token
    return AuthenticatedClient(base_url=sys.argv[1], token=token)


def main() -> None:
    """Lists a home, finds and saves it, is refused once, looks at the history, and removes the home."""
    name = f"py{uuid.uuid4().hex[:12]}"
    person = account(Client(base_url=sys.argv[1]), name)

    wanted = NewListing(
        title="Villa with a walled garden",
        location="Tellapur",
        price=21_500_000,
        property_type=NewListingPropertyType.VILLA,
        bedrooms=3.5,
        amenities=["Garden"],
    )
    listed = post_properties.sync(client=person, body=wanted)
    assert isinstance(listed, EnvelopeListing), listed
    home = listed.data
    assert home.bedrooms == 3.5 and home.price == 21_500_000, home

    found = post_search_properties.sync(client=person, body=Search(query="walled garden", bedrooms=["3.5"]))
    assert found is not None and not isinstance(found, Failure), found
    assert found.data.content[0].id == home.id, found

    saved = post_properties_by_id_favorite.sync_detailed(client=person, id=uuid.UUID(str(home.id)))
    assert saved.status_code == 204, saved

    refused = post_properties.sync(
        client=person,
        body=NewListing(title="x", location="Tellapur", price=1, property_type=NewListingPropertyType.VILLA),
    )
    assert isinstance(refused, Failure), refused

    past = get_user_history_by_user_id.sync(client=person, user_id="me")
    assert past is not None and not isinstance(past, Failure), past
    kinds = [activity.activity_type for activity in past.data.activities]
    for kind in ("PROPERTY_CREATED", "PROPERTY_SEARCHED", "PROPERTY_FAVORITED"):
        assert kind in kinds, kinds

    removed = delete_properties_by_id.sync_detailed(client=person, id=uuid.UUID(str(home.id)))
    assert removed.status_code == 204, removed
    print("python client: ok")


if __name__ == "__main__":
    main()
