/** The longest name of a state, an event or a var, in UTF-16 units. */
export const MAX_NAME_LENGTH = 256;

/** The longest client token, document id or session id. */
export const MAX_ID_LENGTH = 128;

/** The longest path or query of a page. */
export const MAX_URL_LENGTH = 8192;

/** The most states that one message may name. */
export const MAX_STATES = 256;

/** The most arguments of one call. */
export const MAX_ARGUMENTS = 256;
