"""The only owner of HTTP: what the cloud can do for us (`interface`), and how it is spoken
(`client`)."""
