# Pages that say why something did not work.

failure-not-found = Page not found
failure-not-found-text = There is nothing at this address. It may have been mistyped.
failure-wrong-method-text = This address only takes a form. Go back and send it again.
failure-gone = No longer listed
failure-gone-text = This home was listed here once and has been removed.
failure-forbidden = Not allowed
failure-forbidden-text = Your account is not allowed to do this.
failure-unconfirmed = Confirm your e-mail address first
failure-unconfirmed-text = Owners are only told to people, and asked by people, whose e-mail address we know. The link is in the message we sent you when you joined.
failure-signed-out = Sign in first
failure-signed-out-text = This page needs you to be signed in.
failure-too-many = Too many requests
failure-too-many-text = Too much was asked in a short time. Please wait a minute, then try again.
failure-wait-seconds = Too much was asked in a short time. Please wait { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}, then try again.
failure-wait-minutes = Too much was asked in a short time. Please wait { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}, then try again.
failure-refused = This could not be done
failure-refused-text = This could not be done.
failure-forged = This form could not be accepted
failure-forged-other-site = It was sent from another site, so nothing was done. If you meant it, do it from our own page.
failure-forged-no-token = It has been open for too long, so nothing was done. Open the page again and send it once more.
failure-forged-no-cookie = Your browser did not send our cookie, so nothing was done. Allow cookies for this site, open the page again and send it once more.
failure-too-large = Too much text
failure-too-large-text = The form is larger than we take. Go back and shorten it.
failure-unavailable = Not available just now
failure-unavailable-text = Something on our side does not answer. Please try again in a minute.

failure-send-again = Send the message again
failure-to-first = To the first page
failure-back = Back to where you were
failure-all-homes = See all homes
