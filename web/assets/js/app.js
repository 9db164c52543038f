// Every page: style, htmx under a strict CSP, and the small behaviours of the shell.
import "../css/app.css";
import "./request.js";
import "./live.js";
import "./logout.js";
import "./comeback.js";
import "./confirm.js";
import "./copy.js";
import "./diff.js";
import "./list.js";
import "./menu.js";
import "./scan.js";
import "./shortcuts.js";
import "./time.js";
import "./unsaved.js";
