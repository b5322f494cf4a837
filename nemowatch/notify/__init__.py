"""Notifies people who look at no folder: what needs them, what holds work up, what has failed, what
is done.

`news` finds out what there is to tell, `channels` are where it is sent, and `worker` brings both
together. Nothing here holds up a job or decides about one.
"""
