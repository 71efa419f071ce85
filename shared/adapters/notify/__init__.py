"""Senders, one kind of receiver a file: each either delivers, or says whether trying again can help."""

from shared.adapters.notify.sender import Sender, sender_of

__all__ = ["Sender", "sender_of"]
