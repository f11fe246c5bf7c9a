# What people ask about the reader's homes, and how far each enquiry is.

lead-list-title = Enquiries received
lead-title = Enquiry about { $title }
lead-count = { $count ->
    [one] 1 enquiry about your homes.
   *[other] { $count } enquiries about your homes.
}
lead-count-at-least = At least { $count } enquiries about your homes.
lead-none = Nobody has asked about your homes yet. Photos, a clear price and the area make people ask.
lead-none-such = No enquiry is like this.
lead-no-stage = “{ $stage }” is no stage: enquiries of every stage are shown.
lead-stage = Stage
lead-every-stage = Every stage
lead-home = Home
lead-every-home = Every home
lead-this-home = This home
lead-show = Show
lead-show-all = Show all
lead-sheet = Save as a sheet (CSV)
lead-sheet-of-all = Save all enquiries as a sheet (CSV)
lead-too-many = A sheet holds at most { $most } enquiries. Choose a stage or a home first.

lead-somebody = Somebody
lead-asked = Asked
lead-no-contact = Their contact is not here any more.
lead-calendar = Calendar file
lead-calendar-title = Visit: { $title }
lead-mark-contacted = Mark as contacted
lead-follow-up = Follow up
lead-how-to-answer = Answer by phone or e-mail. The one who asked sees the stage, and never your note.
lead-note = Note
lead-note-hint = For you alone. An empty note leaves the one there is.
lead-save = Save
lead-overtaken = This enquiry was followed up meanwhile, and nothing of yours is saved yet. Look at it as it is now, then save again.

lead-steps = Steps
lead-step-asked = Asked
lead-step-more = Steps between are not shown here
lead-step-note = You changed your note
lead-waits = Waits for your answer.
lead-of-this-home = All enquiries about this home
lead-took-minutes = { $count ->
    [0] Answered within a minute
    [one] Answered in 1 minute
   *[other] Answered in { $count } minutes
}
lead-took-hours = { $count ->
    [one] Answered in 1 hour
   *[other] Answered in { $count } hours
}
lead-took-days = { $count ->
    [one] Answered in 1 day
   *[other] Answered in { $count } days
}

# The columns of the sheet.
lead-column-asked = Asked (India time)
lead-column-home = Home
lead-column-address = Address
lead-column-purpose = Kind
lead-column-stage = Stage
lead-column-name = Name
lead-column-phone = Phone
lead-column-email = E-mail
lead-column-message = Message
lead-column-visit = Visit asked for (India time)
lead-column-note = Note
lead-column-changed = Last change (India time)
