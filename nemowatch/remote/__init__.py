"""The only room that speaks HTTP: what the cloud offers (`interface`), and how it is called
(`client`)."""
