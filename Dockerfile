# One image for every process; none of them runs as root.
FROM python:3.11-slim
# llama.cpp computes on several cores by OpenMP, which this small image lacks.
RUN apt-get update && apt-get install --yes --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --create-home teller && install -d -o teller /data /weights
WORKDIR /srv
COPY requirements.lock .
# torch comes first and by itself: the other packages would pull a build with gigabytes of CUDA.
RUN pip install --no-cache-dir --index-url https://download.pytorch.org/whl/cpu torch==2.13.0 \
 && pip install --no-cache-dir --requirement requirements.lock
COPY . .
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable .
USER 10001
