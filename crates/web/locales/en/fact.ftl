# What is known about a home: the names of the facts, and the facts.

fact-offer = { $offer ->
    [SALE] { $kind } for sale
    [RENT] { $kind } for rent
    [LEASE] { $kind } for lease
   *[other] { $kind } { $words }
}
fact-size-sqft = { $area } sq ft
fact-size-sqm = { $area } sq m
fact-size-sqyd = { $area } sq yd
fact-size-acre = { $area ->
    [one] { $area } acre
   *[other] { $area } acres
}
fact-size-gunta = { $area ->
    [one] { $area } gunta
   *[other] { $area } guntas
}
fact-size-cent = { $area ->
    [one] { $area } cent
   *[other] { $area } cents
}
fact-rooms = { $count ->
    [one] { $count } bedroom
   *[other] { $count } bedrooms
}
fact-half-room = 1 room and kitchen
fact-no-bedroom = No separate bedroom

fact-type = Type
fact-plot-use = Plot use
fact-transaction = New or resale
fact-area = Area
fact-bedrooms = Bedrooms
fact-bathrooms = Bathrooms
fact-floor = Floor
fact-floor-of = { $floor } of { $of }
fact-floors = { $of } in the building
fact-parking = Parking spaces
fact-furnishing = Furnishing
fact-facing = Facing
fact-age = Age
fact-years = { $count ->
    [one] { $count } year
   *[other] { $count } years
}
fact-address = Address
fact-state = State

fact-terms = Terms
fact-negotiable = Price negotiable
fact-deposit = Deposit
fact-maintenance = Maintenance a month
fact-available-from = Available from
fact-lock-in = Lock-in
fact-months = { $count ->
    [one] { $count } month
   *[other] { $count } months
}
fact-tenants = Preferred tenants
fact-pets = Pets allowed

fact-shared-rooms = Rooms and meals
fact-for = For
fact-sharing = People in a room
fact-meals = Meals included

fact-the-plot = The plot
fact-plot = Plot
fact-road = Road
fact-feet = { $length } ft
fact-corner-plot = Corner plot
fact-boundary-wall = Boundary wall

fact-the-project = The project
fact-project = Project
fact-builder = Builder
fact-sizes = Sizes offered
fact-possession = Possession
fact-from = from { $date }
fact-rera = RERA
fact-rera-status = { $status }: { $id } (as the owner states)
fact-rera-id = { $id } (as the owner states)
fact-project-size = Size of the project
fact-homes = { $count } homes
fact-towers = { $count } towers
fact-approvals = Approved by
fact-gated = Gated community
