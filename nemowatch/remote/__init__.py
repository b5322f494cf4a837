"""The only package that speaks HTTP: what the cloud offers (`interface`), and how it is called
(`client`)."""
