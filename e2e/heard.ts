// What a page asked for and complained about while it was used.
import type { Page } from 'playwright-core';

export interface Heard {
  /** Addresses of its requests. */
  requests: string[];
  /** Errors and warnings of its console, errors that nobody caught, and dialogs of scripts. */
  complaints: string[];
}

export function listenTo(page: Page): Heard {
  const heard: Heard = { requests: [], complaints: [] };
  page.on('request', (request) => heard.requests.push(request.url()));
  page.on('pageerror', (error) => heard.complaints.push(error.message));
  page.on('dialog', (dialog) => {
    heard.complaints.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') heard.complaints.push(message.text());
  });
  return heard;
}
