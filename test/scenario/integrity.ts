/** `integrity` of a job's report when nothing was lost, doubled or claimed twice. */
export const sound = { attemptsWithoutResult: 0, attemptsWithTwoResults: 0, contactsLost: 0, contactsDialledTwiceAtOnce: 0, resultsRefused: 0 };
