export const receipt = {
  open: 'Open receipt',
  failed: 'The receipt could not be fetched. Please try again in a moment.',
};
