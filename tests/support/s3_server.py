"""What a real server of S3's protocol is to tests: a URL, keys, and who uses them."""

import os

import botocore.config
import botocore.session


class S3Server:
    """`url`, `access_key` and `secret_key` are set by what it starts."""

    url: str
    access_key: str
    secret_key: str

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()

    def stop(self):
        raise NotImplementedError

    def client(self, access_key=None, secret_key=None, **config):
        """botocore's, that takes every answer as it comes."""
        session = botocore.session.Session()
        session.set_config_variable("credentials_file", os.devnull)
        session.set_config_variable("config_file", os.devnull)
        return session.create_client(
            "s3", endpoint_url=self.url, region_name="us-east-1",
            aws_access_key_id=access_key or self.access_key,
            aws_secret_access_key=secret_key or self.secret_key,
            config=botocore.config.Config(s3={"addressing_style": "path"},
                                          retries={"max_attempts": 0}, **config))

    def environment(self) -> dict:
        """What makes xget, and other tools, use it."""
        return {"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret_key,
                "AWS_ENDPOINT_URL": self.url, "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
