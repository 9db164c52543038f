// The API page. Swagger UI sets styles through the DOM, which the CSP permits.
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";
import "../css/apidocs.css";

document.addEventListener("DOMContentLoaded", () => {
  const box = document.getElementById("apidocs");
  SwaggerUI({
    domNode: box,
    url: box.dataset.spec,
    deepLinking: true,
    validatorUrl: null,
    requestInterceptor: (request) => {
      request.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]").content;
      return request;
    },
  });
});
