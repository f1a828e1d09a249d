# Two images: `web` without TensorFlow, for the web server and the fetcher, `worker` with it.
# What changes seldom stands first, so that a change in the code installs nothing.

FROM python:3.11-slim-bookworm AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=doodle_site.settings DOODLE_DATA=/data
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin doodle && install --directory --owner doodle /data
WORKDIR /app
COPY requirements/web.txt requirements/
RUN pip install --no-cache-dir --only-binary :all: --require-hashes --requirement requirements/web.txt
VOLUME /data

FROM base AS web
COPY . .
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://localhost:8000/livez', timeout=4)"]
# More options, such as --workers 4, by the variable GUNICORN_CMD_ARGS
CMD ["python", "-m", "gunicorn", "doodle_site.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "doodle_site.web.Worker", \
     "--workers", "2", "--threads", "288", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]

FROM base AS worker-environment
COPY requirements/worker.txt requirements/
RUN pip install --no-cache-dir --only-binary :all: --require-hashes --requirement requirements/worker.txt

FROM worker-environment AS worker
COPY . .
USER 10001
# Every worker notes in the database, each second, that it is alive
HEALTHCHECK --interval=30s --timeout=20s --start-period=120s \
  CMD ["python", "-c", "import django, socket; django.setup(); from classifier.models import Worker; raise SystemExit(not Worker.objects.alive().filter(name__startswith=socket.gethostname()).exists())"]
CMD ["python", "-m", "celery", "--app", "doodle_site", "--quiet", "worker", "--pool", "solo", "--queues", "predictions,housekeeping", \
     "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
