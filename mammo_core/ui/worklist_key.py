"""The key of a visitor's list: in the address of the pages that show its films, and in the session; in no cookie.

A key is drawn when something is put on a list for the first time. It is part of the address so that the list is found
again after the program, the browser or the computer was started anew. Who has the address has the list: that is its
strength (nobody has to sign in) and its weakness (it stands in the browser's history, and a link that is passed on
passes the list on). Where that is not wanted, the deployment shares one list, or stands behind a sign-in of its own.
"""

from __future__ import annotations

import re

import streamlit as st

PARAMETER = "list"
PAGES = ("worklist", "exam", "read")
"""Pages whose address carries the key."""
_KEY, _OPENED, _FORM = "worklist_key", "worklist_opened", re.compile(r"[A-Za-z0-9_-]{32,64}")


def carry_key(page: str) -> None:
    """Take a key from the address into the session, or write the session's into the address.

    Args:
        page: The page that is drawn, as the address calls it; empty for the first one.
    """
    stated = st.query_params.get(PARAMETER, "")
    if _FORM.fullmatch(stated):
        if stated != current_key():
            set_key(stated)
    elif current_key() and (page or "read") in PAGES:
        st.query_params[PARAMETER] = current_key()


def current_key() -> str:
    """Return the key of this visitor's list; empty where there is none yet."""
    return st.session_state.get(_KEY, "")


def set_key(key: str) -> None:
    """Let the session have this list; what was known of another one is forgotten."""
    if current_key():
        for name in [name for name in st.session_state if str(name).startswith("worklist_")]:
            del st.session_state[name]
    st.session_state[_KEY] = key


def opened() -> dict[str, int]:
    """Return {woman, as `OpenFilm.woman` has her: number} of the list's exams whose films are open."""
    return st.session_state.setdefault(_OPENED, {})
