// What a page may ask of the machine: to put text on the clipboard, where a button was pressed. Nothing else. Pure.

export const mayUse = (permission: string): boolean => permission === 'clipboard-sanitized-write';
