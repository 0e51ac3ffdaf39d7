"""Why a firm scored as it did: points, reasons, records."""
