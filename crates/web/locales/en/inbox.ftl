# What a person was told.

inbox-title = Inbox
inbox-none = Nothing yet. Answers to what you ask, homes for your saved searches and news about your own homes come here.
inbox-count = { $count ->
    [one] { $count } message, kept until you delete it.
   *[other] { $count } messages, the newest first. They are kept until you delete them.
}
inbox-all-read = You have read all of them.
inbox-unread = { $count ->
    [one] { $count } is unread.
   *[other] { $count } are unread.
}
inbox-unread-unseen = unread
inbox-new = New
inbox-mark-read = Mark as read
inbox-delete = Delete
inbox-kind-greeting = Greeting
inbox-kind-alert = Saved search
inbox-kind-enquiry = Enquiry
inbox-kind-visit = Visit
inbox-kind-other = News
