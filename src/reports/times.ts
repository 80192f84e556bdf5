/** `2025-11-21 02:14:09`, always UTC: a report is read in several time zones. */
export const dayAndTime = (iso: string): string => iso.slice(0, 19).replace('T', ' ');

/** `02:14:09` in UTC. */
export const timeOfDay = (iso: string): string => iso.slice(11, 19);
