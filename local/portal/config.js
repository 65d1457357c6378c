/** @type {{ brand: string, links: { label: string, href: string }[] }} */
export default {
  brand: 'Partner Portal',
  links: [
    { label: 'Mailbox', href: '/_local/mailbox' },
    { label: 'Authenticator', href: '/_local/authenticator' },
    { label: 'API', href: '/_local/api' },
  ],
};
