# Listing a home, and changing what is listed.

post-page-title = Post a home
post-send = Post this home
post-edit-title = Edit your listing
post-edit-send = Save the changes
post-changed = This listing changed meanwhile
post-changed-text = It was changed after you opened this form, perhaps by you on another device. Nothing of yours was saved, and nothing you typed is lost: it is below.
# The words between bars are a link.
post-changed-compare = Compare it with |the listing as it is now (in a new tab)|. If you save again, your text replaces it.
post-signed-out = You are not signed in any more
# The words between bars are a link.
post-signed-out-text = Nothing you typed is lost. |Sign in (in a new tab)|, then come back and send this form again.

# The groups of fields.
post-offer = The offer
post-place = Where it is
post-size = Size and condition
post-terms = Terms, and renting
post-shared = For a PG, a hostel or a shared flat
post-plot = For a plot
post-project = Project and approvals
post-contact = How to reach you

# The fields.
post-title = Title
post-title-hint = For example: 3 BHK apartment near the lake.
post-listing-type = Offered for
post-property-type = Type of property
post-plot-use = Use of the plot
post-plot-use-hint = For plots only.
post-transaction-type = New or resale
post-price = Price in rupees
post-price-hint = As you would say it: 85 lakh, 1.2 cr or 35000. For a rent, the price of one month.
post-description = Description
post-location = Locality
post-location-hint = Locality, project or landmark.
post-address = Address
post-city = City
post-state = State
post-pincode = PIN code
post-pincode-hint = Six digits.
post-latitude = Latitude
post-latitude-hint = In degrees, for example 17.4435.
post-longitude = Longitude
post-longitude-hint = In degrees, for example 78.3772.
post-area = Area
post-area-unit = Unit of the area
post-bedrooms = Bedrooms
post-bedrooms-hint = For example 3, 2.5 or 1 RK.
post-bathrooms = Bathrooms
post-floor-number = Floor
post-total-floors = Floors of the building
post-parking-spaces = Parking spaces
post-age-of-property = Age in years
post-facing = Facing
post-furnished-status = Furnishing
post-amenities = Amenities
post-amenities-hint = With commas between them: lift, power backup, garden.
post-nearby-facilities = Nearby
post-nearby-facilities-hint = With commas between them: school, metro station.
post-negotiable = Price negotiable
post-maintenance = Maintenance a month
post-maintenance-hint = In rupees: 3500 or 3.5k.
post-available-from = Available from
post-available-from-hint = A date such as 15/12/2026.
post-deposit = Deposit
post-deposit-hint = In rupees: 50000 or 1.5 lakh. For rents and shared homes.
post-lock-in-months = Lock-in period in months
post-preferred-tenants = Preferred tenants
post-preferred-tenants-hint = With commas between them: family, bachelors, company.
post-pets-allowed = Pets allowed
post-for-whom = Who may live there
post-sharing = People in a room
post-sharing-hint = For each kind of room, with commas between them: 1, 2, 3.
post-meals = Meals included
post-meals-hint = With commas between them: breakfast, lunch, dinner.
post-plot-length = Length in feet
post-plot-width = Width in feet
post-road-width = Width of the road in feet
post-corner-plot = Corner plot
post-boundary-wall = Boundary wall
post-project-name = Name of the project
post-builder-name = Builder
post-configurations = Sizes offered
post-configurations-hint = With commas between them: 2 BHK, 2.5 BHK, 3 BHK.
post-possession-status = Possession
post-possession-date = Possession from
post-possession-date-hint = A month or a date, such as 06/2028.
post-rera-status = RERA registration
post-rera-id = RERA number
post-rera-id-hint = As on the certificate of registration.
post-total-units = Homes in the project
post-total-towers = Towers
post-approvals = Approved by
post-approvals-hint = With commas between them: HMDA, DTCP, GHMC, LRS, BRS, TG-bPASS, gram panchayat.
post-gated-community = Gated community
post-contact-name = Name
post-contact-name-hint = Shown, with phone and e-mail, only to people who are signed in and ask for it.
post-contact-phone = Mobile number
post-contact-email = E-mail

# Its photos.
post-photos-title = Photos of your listing
post-photos-none = There are no photos yet. A home with photos is looked at more often.
post-photo-of = Photo { $photo } of { $photos }
post-photo-first = This one stands for your home.
post-photo-show-first = Show it first
post-photo-show-first-label = Show it first: photo { $photo }
post-photo-delete = Delete
post-photo-delete-label = Delete photo { $photo }
post-photos-full = A listing has at most ten photos. Delete one to make room for another.
post-photos-add = Add photos
post-photos-hint = JPEG, PNG, WebP or GIF, at most 10 MB each. { $room ->
    [one] There is room for one more.
   *[other] There is room for { $room }.
}
post-photos-send = Add them
post-photos-not-added = No photo was added
post-photo-wrong = Photo { $photo } { $error }.
post-photos-wrong = The photos: { $error }.
