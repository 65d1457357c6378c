"""Where django-allauth's API answers."""

from django.urls import include, path

urlpatterns = [path("_allauth/", include("allauth.headless.urls"))]
