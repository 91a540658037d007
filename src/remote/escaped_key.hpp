// Keys as answers write them under encoding-type=url, which a store is asked for since XML 1.0
// cannot carry every byte that a key may have.
// Thread: any; pure.
#pragma once

#include <string>
#include <string_view>

namespace xget::remote {

// Whether an answer's EncodingType says that its keys are escaped. Some stores do not know the
// parameter and send them as they are.
bool is_escaped(std::string_view encoding_type);

// %XX and "+" for a space, as S3 writes them. false: an escape is broken, so the key is not known.
bool unescape_key(std::string& key);

// %XX alone.
bool unescape_token(std::string& token);

}  // namespace xget::remote
