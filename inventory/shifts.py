"""The shifts a day on duty has: offices work by day, some centres keep somebody by night, too."""

SHIFTS = {"day": "白班", "night": "夜班"}
