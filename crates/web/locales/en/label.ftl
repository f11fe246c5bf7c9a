# The words for the codes of the API.

label-type-apartment = Apartment
label-type-house = House
label-type-villa = Villa
label-type-builder-floor = Builder floor
label-type-penthouse = Penthouse
label-type-studio = Studio
label-type-serviced-apartment = Serviced apartment
label-type-farmhouse = Farmhouse
label-type-plot = Plot
label-type-office = Office
label-type-shop = Shop
label-type-warehouse = Warehouse
label-type-coworking = Co-working space
label-type-industrial = Industrial building
label-type-commercial = Commercial space
label-type-pg-hostel = PG or hostel

label-plot-residential = Residential
label-plot-commercial = Commercial
label-plot-agricultural = Agricultural
label-plot-industrial = Industrial

label-listing-sale = Sale
label-listing-rent = Rent
label-listing-lease = Lease
label-listing-pg = Paying guest
label-listing-flatmate = Flatmate wanted

label-transaction-new = New
label-transaction-resale = Resale

label-furnishing-furnished = Furnished
label-furnishing-semi-furnished = Semi-furnished
label-furnishing-unfurnished = Unfurnished

label-unit-sqft = sq ft
label-unit-sqm = sq m
label-unit-sqyd = sq yd
label-unit-acre = acre
label-unit-gunta = gunta
label-unit-cent = cent

label-yes = Yes
label-no = No

label-for-men = Men
label-for-women = Women
label-for-anyone = Anyone

label-possession-ready-to-move = Ready to move in
label-possession-under-construction = Under construction
label-possession-new-launch = New launch

label-rera-registered = Registered
label-rera-applied = Applied for
label-rera-exempt = Exempt

label-approval-hmda = HMDA
label-approval-dtcp = DTCP
label-approval-ghmc = GHMC
label-approval-lrs = LRS
label-approval-brs = BRS
label-approval-tg-bpass = TG-bPASS
label-approval-gram-panchayat = Gram panchayat

label-facing-east = East
label-facing-west = West
label-facing-north = North
label-facing-south = South
label-facing-north-east = North-East
label-facing-north-west = North-West
label-facing-south-east = South-East
label-facing-south-west = South-West

label-status-draft = Draft
label-status-pending-review = Waiting for review
label-status-active = Active
label-status-inactive = Inactive
label-status-rejected = Rejected
label-status-sold = Sold
label-status-rented = Rented
label-status-expired = Expired
label-status-removed = Removed

label-purpose-enquiry = Question
label-purpose-visit = Visit
label-purpose-callback = Call back

label-enquiry-new = Sent
label-enquiry-contacted = The owner has been in touch
label-enquiry-visit-planned = A visit is planned
label-enquiry-won = Settled
label-enquiry-lost = Closed
label-enquiry-spam = Closed

label-stage-new = New
label-stage-contacted = Contacted
label-stage-visit-planned = Visit planned
label-stage-won = Closed: agreed
label-stage-lost = Closed: no deal
label-stage-spam = Spam

label-cause-not-available = It is no longer available
label-cause-wrong-information = Something in it is wrong
label-cause-duplicate = It is listed twice
label-cause-fraud = It looks like fraud
label-cause-offensive = It is offensive
label-cause-other = Something else

label-often-instant = At once
label-often-daily = Every morning
label-often-weekly = Every Monday
label-often-off = Never: switched off

label-activity-property-viewed = Homes viewed
label-activity-property-favorited = Homes saved
label-activity-property-unfavorited = Homes no longer saved
label-activity-contact-revealed = Contacts seen
label-activity-property-searched = Searches
label-activity-property-shared = Homes shared
label-activity-property-created = Homes listed
label-activity-property-updated = Listings changed
label-activity-property-status-changed = Listing status changed
label-activity-property-deleted = Listings removed
label-activity-product-viewed = Products viewed
label-activity-product-purchased = Purchases
label-activity-user-registered = Registration
label-activity-user-email-verified = E-mail confirmed
label-activity-user-identity-linked = Sign-in linked
label-activity-user-login = Sign-ins
label-activity-user-logout = Sign-outs
label-activity-session-revoked = Devices signed out
label-activity-password-reset-requested = Password resets asked for
label-activity-password-changed = Password changes
label-activity-profile-updated = Profile changes
label-activity-search-saved = Searches saved
label-activity-saved-search-updated = Saved searches changed
label-activity-saved-search-deleted = Saved searches deleted
label-activity-lead-created = Enquiries sent
label-activity-lead-updated = Enquiries handled
label-activity-property-images-added = Photos added or moved
label-activity-file-uploaded = Photos and papers sent
label-activity-refresh-reused = Devices signed out for safety

label-role-user = Person
label-role-agent = Agent
label-role-builder = Builder
label-role-seller = Seller
label-role-moderator = Moderator
label-role-support = Support
label-role-admin = Administrator
label-account-active = Active
label-account-inactive = Switched off
label-account-suspended = Suspended
label-account-pending = Waits for a confirmed address
