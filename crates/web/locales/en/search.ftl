# What is searched for, in words.

search-homes = homes
search-apartments = apartments
search-houses = houses
search-villas = villas
search-builder-floors = builder floors
search-penthouses = penthouses
search-studios = studios
search-serviced-apartments = serviced apartments
search-farmhouses = farmhouses
search-plots = plots
search-offices = offices
search-shops = shops
search-warehouses = warehouses
search-coworking-spaces = co-working spaces
search-industrial-buildings = industrial buildings
search-pg-hostels = PGs and hostels
search-pg = places for paying guests
search-flatmates = homes that look for a flatmate
search-new-launches = new launches
search-commercial = commercial property
search-for-sale = for sale
search-for-rent = for rent
search-for-lease = for lease
search-what = { $deal ->
    [sale] { $kind } for sale
    [rent] { $kind } for rent
    [lease] { $kind } for lease
   *[any] { $kind }
}
search-or = { $others } or { $last }

search-homes-in = Homes in { $city }
search-heading-all = All homes in { $city }
search-heading-words = Homes for “{ $words }”
search-heading = { $has-rooms ->
    [yes] { $price ->
        [between] { $rooms } BHK { $what } in { $place } from { $least } to { $most }
        [from] { $rooms } BHK { $what } in { $place } from { $least }
        [under] { $rooms } BHK { $what } in { $place } under { $most }
       *[any] { $rooms } BHK { $what } in { $place }
    }
   *[no] { $price ->
        [between] { $what } in { $place } from { $least } to { $most }
        [from] { $what } in { $place } from { $least }
        [under] { $what } in { $place } under { $most }
       *[any] { $what } in { $place }
    }
}
search-heading-with-words = { $has-rooms ->
    [yes] { $price ->
        [between] { $rooms } BHK { $what } in { $place } from { $least } to { $most } with “{ $words }”
        [from] { $rooms } BHK { $what } in { $place } from { $least } with “{ $words }”
        [under] { $rooms } BHK { $what } in { $place } under { $most } with “{ $words }”
       *[any] { $rooms } BHK { $what } in { $place } with “{ $words }”
    }
   *[no] { $price ->
        [between] { $what } in { $place } from { $least } to { $most } with “{ $words }”
        [from] { $what } in { $place } from { $least } with “{ $words }”
        [under] { $what } in { $place } under { $most } with “{ $words }”
       *[any] { $what } in { $place } with “{ $words }”
    }
}

# Amounts.
search-crore = ₹{ $amount } crore
search-lakh = ₹{ $amount } lakh
search-crore-short = ₹{ $amount } Cr
search-lakh-short = ₹{ $amount } L
search-thousand-short = ₹{ $amount }K
search-sum-lakh = ₹{ $amount } Lakh

# One condition of a search.
search-chip-plain = { $value }
search-chip-deal = For { $value }
search-chip-bedrooms = { $value } BHK
search-chip-bathrooms = { $value ->
    [one] { $value } bathroom
   *[other] { $value } bathrooms
}
search-chip-min-price = From { $value }
search-chip-max-price = Under { $value }
search-chip-min-area = From { $value } sq ft
search-chip-max-area = Up to { $value } sq ft
search-chip-for-whom = For: { $value }
search-chip-approvals = Approved by { $value }
search-chip-rera = RERA: { $value }
search-chip-gated = Gated community
search-chip-pets = Pets allowed
search-chip-available-by = Available by { $value }
search-chip-max-deposit = Deposit up to { $value }
search-chip-verified = Verified
search-chip-photos = With photos
search-chip-facing = { $value } facing
search-chip-featured = Featured
search-chip-pincode = Pin code { $value }
search-chip-city = City: { $value }
search-chip-bbox = On a part of the map
search-chip-within = Within a drawn area
search-quoted = “{ $words }”

# What the counts beside results choose.
search-pin-homes = { $count } homes

# The orders of results.
search-order-best = Best match first
search-order-newest = Newest first
search-order-cheapest = Lowest price first
search-order-dearest = Highest price first
search-order-largest = Largest area first
search-order-smallest = Smallest area first

# A search that found nothing, and was relaxed.
search-relaxed-to-text = No home matches all of this. These homes have your words in their text.
search-relaxed-without = No home matches all of this. These homes match without { $words }.
search-and = { $first } and { $second }

# Saving a search.
search-save-name = Name of the search
search-save-name-hint = You see it in your list and in what we send.
search-save-frequency = How often we tell you what is new
search-save-instant = At once
search-save-daily = Every morning
search-save-weekly = Every Monday
search-save-never = Never: only keep the search
search-save-channels = How we tell you
search-save-by-email-and-inbox = By e-mail and in my inbox here
search-save-by-email = By e-mail
search-save-by-inbox = In my inbox here
search-save-by-sms = By SMS and in my inbox here
