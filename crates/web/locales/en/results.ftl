# The lists of homes, the saving of a search, and recommended homes.

results-description = { $heading }: photos, prices, and a map. Filters work without scripts.
results-page-title = { $title }, page { $page }
results-count = { $count ->
    [0] No homes
    [one] { $count } home
   *[other] { $count } homes
}
results-homes = Homes
results-homes-unseen = homes

results-search = Search homes
results-search-example = 2 bhk flat for rent under 30k
results-search-button = Search
results-filtered = Chosen:
results-take-away = – take away
results-take-all-away = Take all away
results-words-only = Search for the words only
results-unread = This page cannot read “{ $value }” as { $name }, and shows homes without it.
results-no-order = There is no order “{ $value }”: the newest homes come first.
results-no-order-best = There is no order “{ $value }”: the best matches come first.

results-sort = Sort by
results-sort-button = Sort
results-views = How to see the homes
results-list = List
results-map = Map
results-split = Both
results-save = Save this search

results-filters = Filters
results-any = Any
results-locality = Locality
results-kind = Kind of home
results-deal = For sale or rent
results-bedrooms = Bedrooms
results-price = Price
results-price-hint = In rupees, such as 80 lakh, 1.2 cr or 25k.
results-area = Area in sq ft
results-from = From
results-to = To
results-furnishing = Furnishing
results-facing = Facing
results-amenities = Amenities
results-all-amenities = More amenities
results-more = More filters
results-bathrooms = Bathrooms
results-bathrooms-hint = Such as 2, or 2+ for two and more.
results-possession = Possession
results-for-whom = For whom
results-available = Available by
results-deposit = Deposit up to
results-gated = Gated community
results-pets = Pets allowed
results-verified = Verified homes only
results-photos = Homes with photos only
results-show = Show homes

results-map-label = Map of the homes on this page
results-map-source = Our own rough drawing of the city. Places are approximate.
results-map-rough = Homes that state no place are drawn in the middle of their locality.
results-map-elsewhere = { $count ->
    [one] { $count } home of this page is not on the map.
   *[other] { $count } homes of this page are not on the map.
}
results-parts = Search a part of the map
results-parts-hint = The map in nine parts. Only homes that state their place are found there.
results-part-north-west = North-west
results-part-north = North
results-part-north-east = North-east
results-part-west = West
results-part-middle = Middle
results-part-east = East
results-part-south-west = South-west
results-part-south = South
results-part-south-east = South-east
results-here = Search where this map shows
results-everywhere = Search everywhere

results-none-yet = No home is listed yet.
results-post-first = Post the first one.
results-nothing = No home was found.
results-nothing-else = Take something away, write it in another way, or
results-see-all = See all homes
results-offers = This is found when one thing is taken away:
results-offer = Without { $condition }: { $count ->
    [one] { $count } home
   *[other] { $count } homes
}
results-save-nothing = Save this search, and be told when such a home is listed

results-why = Why am I seeing this?
results-why-words = It has your words: { $words }.
results-why-verified = It is verified.
results-why-fresh = It was listed or changed lately.
results-why-popular = Other people saved it.
results-why-featured = It is featured.
results-why-plain = It meets everything that you chose.
results-reason = Shown to you { $reason }.

results-recommended = Homes you may like
results-recommended-all = See all of them
results-recommended-lead = Chosen from what you looked at and searched for. Each says why it is here.
results-recommended-none = Look at a few homes first: then we know what you may like.
results-popular = Popular searches
results-past = Your last searches
results-past-found = { $count ->
    [one] { $count } home then
   *[other] { $count } homes then
}

results-error-title = Error:
results-save-title = Save a search
results-save-empty = Choose something first: a saved search needs at least one filter or word.
results-save-what = You save the search for homes with:
results-save-change = Change it first
results-save-sample = What would match now
results-save-count = { $count ->
    [0] No home matches yet. You are told when one is listed.
    [one] { $count } home matches now. You are told about new ones only.
   *[other] { $count } homes match now; these are the newest. You are told about new ones only.
}
