/** The longest name of a state, an event or a var, in UTF-16 units. */
export const MAX_NAME_LENGTH = 256;

/** The longest client token, document id or session id. */
export const MAX_ID_LENGTH = 128;

/** The longest path or query of a page. */
export const MAX_URL_LENGTH = 8192;

/** The most states that one message may name. */
export const MAX_STATES = 256;

/** How deep an argument may be nested: a page's word, so less than what the state may hold. */
export const MAX_ARGUMENT_DEPTH = 64;

/** The most arguments of one call. */
export const MAX_ARGUMENTS = 256;
