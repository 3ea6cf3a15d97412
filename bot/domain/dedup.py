"""Deduplication: the kinds of things that take effect once, however often they come."""

from enum import Enum


class DedupScope(Enum):
    """Scope of deduplication: within one, an id is seen for the first time only once. The values are stored.

    Ids of providers share their scopes: one whose ids are not unique in the world puts its code in front of them.
    """

    PROVIDER_EVENT = "volt"  # an event of the provider, by its envelope
    PROVIDER_TEXT = "volt-text"  # a text that came as an event, by its content
    FOUND_TEXT = "volt-found"  # a text that was found in the provider's record, and whose event came after that
    UNREADABLE = "unreadable"  # what a stream brought and nobody can read, by its content
    CONFIRMATION = "volt-once"  # one try of a confirmation
    SLACK_MESSAGE = "slack-message"
    SLACK_GESTURE = "slack-gesture"  # one press of the key that posts, which Slack may turn into two messages
    SLACK_EDIT = "slack-edit"
    SLACK_DELETION = "slack-deletion"
    SLACK_REACTION = "slack-reaction"
    SLACK_ARCHIVING = "slack-archiving"  # somebody archived a channel
    SLACK_TRIGGER = "slack-trigger"  # a command, a shortcut or a form
    OUTSIDE = "slack-outside"  # a message of somebody who may not text, and an author who was told so in a thread
    ANSWERED_FOR = "answered for"  # words that somebody sent who is not their author, by the text and its version
    SHOWN_TEXT = "shown"  # a text that a post shows, and that the database does not know
    SHOWN_TEXT_FOUND = "shown-told"  # such a text that the provider's record has told of since
    RESTORED_THREAD = "restored-thread"  # a thread that was read after the database was restored
    MAY_HAVE_LEFT = "may have left"  # a text that the restored database does not know to have left
    KNOWN_BY_REACTION = "known by its mark"  # a text whose status is known from our reaction on it alone
    ERASED_TEXT = "erased-text"  # a text that was erased here, by its ids at the provider, which still has it on record
    INSTALL_STATE = "install-state"  # a state of an installation page, by its random part
    RIGHTS = "rights"  # a person or a user group of whom Slack told that their rights may be others now
    NEEDS_APPROVAL = "to be asked about"  # a reply that may have been withdrawn after the backup
