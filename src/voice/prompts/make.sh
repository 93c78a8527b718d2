#!/usr/bin/env bash
# Makes every prompt anew, with espeak-ng and sox (both packages of Debian): speech at 22,050 Hz, brought down to
# 8,000 as A-law, about as loud as the ring-back tone, with a moment of silence before and after. Chinese is given
# in pinyin: the voice reads characters as English letters.
set -euo pipefail
cd "$(dirname "$0")"

speak() { # language, voice, words a minute, name, words
  espeak-ng -v "$2" -s "$3" -a 80 --stdout "$5" |
    sox -q -t wav - -e a-law -r 8000 -c 1 "$1/$4.wav" gain -3 highpass 200 gain -n -6 pad 0.15 0.25
}

# 您的呼叫已收到,正在为您接通值班人员,请稍等。
speak zh cmn-latn-pinyin 150 received 'nin2 de5 hu1 jiao4 yi3 shou1 dao4, zheng4 zai4 wei4 nin2 jie1 tong1 zhi2 ban1 ren2 yuan2, qing3 shao1 deng3.'
# 值班人员已接听,请讲话。
speak zh cmn-latn-pinyin 150 answered 'zhi2 ban1 ren2 yuan2 yi3 jie1 ting1, qing3 jiang3 hua4.'
# 已经派人赶来,请您不要着急。
speak zh cmn-latn-pinyin 150 help-is-coming 'yi3 jing1 pai4 ren2 gan3 lai2, qing3 nin2 bu2 yao4 zhao2 ji2.'
# 现在还没有人接听,我们正在继续呼叫,请不要离开。
speak zh cmn-latn-pinyin 150 nobody-yet 'xian4 zai4 hai2 mei2 you3 ren2 jie1 ting1, wo3 men5 zheng4 zai4 ji4 xu4 hu1 jiao4, qing3 bu2 yao4 li2 kai1.'

speak en en-gb 150 received 'We have received your call. We are connecting you. Please wait.'
speak en en-gb 150 answered 'Your call has been answered. Please speak.'
speak en en-gb 150 help-is-coming 'Somebody is on the way to you. Please stay calm.'
speak en en-gb 150 nobody-yet 'Nobody has answered yet. We keep on calling. Please stay where you are.'
