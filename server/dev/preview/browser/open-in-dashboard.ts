import { createContext, useContext } from 'react';

/** Opens an address of the Dashboard inside the preview; false for every other address. */
export const OpenInDashboard = createContext<(href: string) => boolean>(() => false);
export const useOpenInDashboard = () => useContext(OpenInDashboard);
