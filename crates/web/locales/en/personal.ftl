# What a person did, saved and posted.
