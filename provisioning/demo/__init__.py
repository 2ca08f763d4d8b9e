"""The whole system on one machine: virtual reader and card, virtual printer, agencies, centre, kiosk, and a stage."""
