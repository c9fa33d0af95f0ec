// Shows a message that was pushed, and opens where it leads. It keeps nothing, and answers no question of a page.
self.addEventListener('push', (event) => {
  let said = {};
  try {
    said = event.data?.json() ?? {};
  } catch {
    // Not ours to read; a browser wants something shown all the same.
  }
  event.waitUntil(
    self.registration.showNotification(said.title ?? 'LiqPass', {
      body: said.text ?? '',
      // The same message twice is shown once.
      tag: said.id,
      icon: '/icon-192.png',
      data: said.link,
    }),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const home = self.location.origin;
  const link = URL.canParse(event.notification.data, home) ? new URL(event.notification.data, home) : new URL(home);
  // Nothing but our own pages is opened.
  event.waitUntil(self.clients.openWindow(link.origin === home ? link.href : home));
});
