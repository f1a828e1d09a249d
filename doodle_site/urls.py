from django.contrib import admin
from django.urls import include, path

from classifier.api.health import livez, readyz
from classifier.api.recognize import Recognize

urlpatterns = [
    path("", include("classifier.pages.urls")),
    path("api/", include("classifier.api.urls")),
    path("recognize", Recognize.as_view(), name="recognize"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("livez", livez, name="livez"),
    path("readyz", readyz, name="readyz"),
]

handler400 = "doodle_site.errors.bad_request"
handler403 = "doodle_site.errors.forbidden"
handler404 = "doodle_site.errors.not_found"
handler500 = "doodle_site.errors.server_error"
