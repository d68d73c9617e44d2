/* Shows the visiting page from both origins, and tells it the server's port and the transport. */
(() => {
  'use strict';

  const byId = (id) => document.getElementById(id);
  byId('server').textContent = location.origin;

  for (const which of ['allowed', 'refused']) {
    const address = new URL(location.origin);
    address.port = document.body.dataset[which];
    address.search = location.search;
    address.searchParams.set('server', location.port || '80');
    byId(`${which}-frame`).src = address;
    byId(`${which}-link`).href = address;
  }
})();
