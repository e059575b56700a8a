/** For after "in": "a second", "42 seconds". */
export const inSeconds = (seconds: number): string => (seconds === 1 ? 'a second' : `${seconds} seconds`);
