// Owners of libcurl's handles. For net/ alone: this header brings curl.h.
#pragma once

#include <curl/curl.h>

#include <memory>

namespace xget::net {

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct FreeShare {
  void operator()(CURLSH* share) const { curl_share_cleanup(share); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using EasyHandle = std::unique_ptr<CURL, FreeEasy>;
using MultiHandle = std::unique_ptr<CURLM, FreeMulti>;
using ShareHandle = std::unique_ptr<CURLSH, FreeShare>;
using TextList = std::unique_ptr<curl_slist, FreeList>;

}  // namespace xget::net
