"""Senders, one kind of receiver a file: each either delivers, or says whether trying again can help."""

from shared.adapters.notify.sender import AlertSender, sender_of

__all__ = ["AlertSender", "sender_of"]
