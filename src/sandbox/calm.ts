/** The scenario in which nothing goes wrong, for those who name none. */
export const calm = { id: 'calm', title: 'Nothing goes wrong', brief: 'A quiet night.' } as const;
