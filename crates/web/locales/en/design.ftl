# The page that shows the components, in trials only.

design-title = Components
design-lead = Every component of the pages in every state. Look at it in both themes, at 320 px, and printed.
design-colours = Colours
design-type = Type
design-sample = Three bedrooms by the lake, seven minutes from the metro.
design-link = A link
design-buttons = Buttons
design-choices = Choices, chips and badges
design-notices = Notices and empty states
design-empty = No home was found.
design-empty-next = See all homes
design-form = A form with an error
design-cards = Cards
design-figures = Figures
design-median = Median price of a sq ft
design-icons = Icons

# The sample form.
design-field-line = A line
design-field-line-hint = With a hint.
design-field-wrong = A line that is wrong
design-field-wrong-hint = With a hint and an error.
design-field-choice = A choice
design-field-text = A longer text
design-field-folded = Folded
design-fields = Fields
design-folded-group = A folded group
