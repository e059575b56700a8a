/** The same text with a capital first letter. */
export const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const uncapitalize = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** What Stripe writes with underscores: "subscription_status" is "Subscription status". */
export const readable = (name: string): string => capitalize(name.replaceAll('_', ' '));
