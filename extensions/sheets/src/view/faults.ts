/** Why a cell shows an error: the sentences of the server, in its language. */
export const FAULTS: Record<string, string> = {
  '#NULL!': 'The two ranges have no cell in common.',
  '#DIV/0!': 'The formula divides by zero or by an empty cell.',
  '#VALUE!': 'A value has the wrong type: a number was expected where there is text.',
  '#REF!': 'The formula points at a cell that is gone or does not exist.',
  '#NAME?': 'The formula uses a name that the workbook does not know.',
  '#NUM!': 'A number is out of range for this function.',
  '#N/A': 'The value was not found.',
  '#SPILL!': 'The result needs more cells than are free here.',
  '#CALC!': 'The result is an array without cells.',
  '#CYCLE!': 'The formula depends on its own cell.'
};
