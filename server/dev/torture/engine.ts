import type { Dice } from './dice';

export type EngineName = 'sqlite' | 'postgres';

/** A database under torture: what both have in common. */
export interface Engine {
  name: EngineName;
  url: string;
  /** How many Tillposts share it. */
  processes: number;
  /** Does one bad thing to the database; returns what, once it is over. */
  disturb(dice: Dice): Promise<string>;
  /** Somebody else keeps everyone from writing for so long. */
  hold(ms: number): Promise<void>;
  /** An empty one, and whether somebody has begun with it. */
  newDatabase(): Promise<{ url: string; isOpened(): Promise<boolean> }>;
  /** Starts it again if it ended by itself; resolves once it answers. */
  revive(): Promise<void>;
  stop(): Promise<void>;
}
