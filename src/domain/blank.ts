/** What stands in an inventory where a value has to be filled in before anything can be made of it. */
export const blank = 'FILL_IN';
