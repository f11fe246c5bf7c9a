# Areas.
