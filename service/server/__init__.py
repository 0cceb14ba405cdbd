"""What listens: waitress for `hpp-cds serve`, gunicorn behind nginx, and how both are deployed."""
