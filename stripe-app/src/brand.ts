/** How the Dashboard draws Tillpost's head: a one-colour mark on the brand's green. */
export const BRAND_COLOR = '#0C4F45';
export const BRAND_ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='%23fff'%3E%3Cpath d='M7 4l1.25 1L9.5 4l1.25 1L12 4l1.25 1L14.5 4l1.25 1L17 4v7.2l-5 3.2-5-3.2V4z'/%3E%3Cpath d='M3.5 10.2L12 15.6l8.5-5.4V19a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 19v-8.8z'/%3E%3C/svg%3E";
